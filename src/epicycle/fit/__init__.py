"""Joint fits of lines, their errors, the noise around them, and criteria that compare fits."""
