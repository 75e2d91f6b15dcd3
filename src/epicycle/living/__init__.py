"""What is slower than the cycles: a level that lives, its errors with a memory, and their ends."""
