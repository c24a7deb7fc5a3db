/** What a buyer goes through, in order. */
export const CHECKOUT_STEPS = ["Order", "Payment", "Course"];
