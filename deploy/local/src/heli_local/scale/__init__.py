"""How large an installation must be: measured costs, said assumptions, a plan, and a simulated busy hour."""
