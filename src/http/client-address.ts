/**
 * The visitor's address, for rate limits only. Cloudflare alone sets CF-Connecting-IP; every other header of the kind is
 * the client's own word. IPv6 counts by /64, which is what one subscriber has.
 */
export function clientAddress(request: Request): string {
  const address = request.headers.get("cf-connecting-ip") ?? "unknown";
  return address.includes(":") ? `${address.split(":").slice(0, 4).join(":")}::/64` : address;
}
