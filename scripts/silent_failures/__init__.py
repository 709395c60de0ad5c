"""Ten ways an update can go wrong unnoticed: each one scenario, the same for every client."""
