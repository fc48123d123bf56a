"""What a request claims, what needs no clause, and the verdict; which filed issues are like it."""
