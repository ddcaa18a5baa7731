/** Bytes that are not what their format says; whoever knows the file's name makes `lake_damaged` of it. */
export class FormatError extends Error {}
