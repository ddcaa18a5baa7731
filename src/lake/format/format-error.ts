/** Bytes that are not what their format says; whoever knows the file's name makes `lake_damaged` of it. */
export class FormatError extends Error {}

/** Bytes in a form of their format that Blotter does not know; they may be whole. */
export class UnknownFormError extends FormatError {}
