"""Custom components, one folder each, on a shared base in Python, JavaScript and CSS."""
