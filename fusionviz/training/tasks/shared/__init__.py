"""What two or more tasks share: batches of films and of images, losses, variation."""
