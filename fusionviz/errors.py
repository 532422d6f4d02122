"""What bad input gets: one clear sentence that says what to do."""


class FusionvizError(Exception):
    """Base of every error that fusionviz raises on purpose.

    Its text is one sentence fit to be shown to a user.
    """


class InputError(FusionvizError):
    """A file or a pair of files that cannot be used, and why."""


class CheckpointError(FusionvizError):
    """A checkpoint that is missing, damaged or of another version."""
