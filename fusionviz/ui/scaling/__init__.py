"""The Scaling page: what does length cost?"""
