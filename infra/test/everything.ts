/** Settings under which all stacks are made: a loader, QuickSight, and what the defaults leave out. */
export const EVERYTHING = {
  loadFrom: 'socrata://data.example.org/abcd-1234',
  quicksightUser: 'arn:aws:quicksight:us-east-1:123456789012:user/default/admin',
}
