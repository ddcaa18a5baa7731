/** Three columns that fall: the mark of the product, beside its name. */
export function Brand() {
  return (
    <>
      <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
        <rect width="22" height="22" rx="5" fill="var(--accent)" />
        <path d="M6.5 5.5v11M11 9.5v7M15.5 12.5v4" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round" />
      </svg>
      Blotter
    </>
  )
}
