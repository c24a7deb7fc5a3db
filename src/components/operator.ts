/**
 * Who runs this shop, as the law wants it named on the legal pages and on receipts: the one place where a fork fills
 * it in, before it sells anything. `isExample` says that nobody has; the legal pages then say so too.
 */
export const OPERATOR = {
  isExample: true,
  name: "Slipway Example Shop",
  /** Street, postcode and town, country. */
  address: "1 Example Quay, 00000 Exampleton, Ireland",
  /** The commercial register with its number, and the VAT number. */
  register: "Not registered: this shop sells nothing real",
  /** Whose law applies, and which authority watches over personal data there. */
  country: "Ireland",
  /** Where the buyer's data is stored. */
  dataRegion: "the European Union",
};

/** When the legal texts were last changed, as YYYY-MM-DD. */
export const LEGAL_REVISED_ON = "2026-11-24";
