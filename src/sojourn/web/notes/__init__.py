"""What people write down about a case, and the files that go with it."""
