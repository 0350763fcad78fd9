"""The workshop: made-up nations, the demo, evaluation and measurements. Nothing else imports it."""
