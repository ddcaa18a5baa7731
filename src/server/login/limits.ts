/** Requests of one client in a minute, where each may cost a slow hash; what failed is counted beside, and longer. */
export const LOGIN_LIMIT = { max: 30, timeWindow: 60_000 } as const
