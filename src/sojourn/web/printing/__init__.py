"""Papers for the person: their plan and what they are asked to agree to, in their language."""
