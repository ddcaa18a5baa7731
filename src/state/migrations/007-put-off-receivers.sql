-- Where a channel took an alert for some of its receivers and put the others off: the others, for whom alone it still waits.
ALTER TABLE alert_deliveries ADD COLUMN receivers TEXT CHECK (receivers IS NULL OR json_valid(receivers));
