"""Opening a file that one's grants do not reach, for a short time, and who looks at it after."""
