"""What Heli is made of: bills of materials, and known faults of what is locked."""
