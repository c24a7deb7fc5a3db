/**
 * Who runs this shop, as the law wants it named on the legal pages. Fill it in before you sell anything: what stands in
 * square brackets is a gap, and is shown as one.
 */
export const OPERATOR = {
  name: "[name of the company or person who sells]",
  address: "[street, postcode, town, country]",
  register: "[register and number, VAT number]",
  /** Whose law applies, and which authority watches over personal data there. */
  country: "[country]",
  /** Where the buyer's data is stored. */
  dataRegion: "[region of the database, such as the European Union]",
};

/** When the legal texts were last changed, as YYYY-MM-DD. */
export const LEGAL_REVISED_ON = "2026-11-23";
