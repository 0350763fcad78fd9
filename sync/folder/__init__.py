"""The folder of a run: the documents that pass from stage to stage, each with its reader, writer and file name."""
