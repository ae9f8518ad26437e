"""In and out: forms, submissions, tables, in the formats others use."""
