/**
 * The visitor's address, for rate limits only. Cloudflare alone sets CF-Connecting-IP; every other header of the kind is
 * the client's own word. IPv6 counts by /64, which is what one subscriber has.
 */
export function clientAddress(request: Request): string {
  const address = request.headers.get("cf-connecting-ip") ?? "unknown";
  return address.includes(":") ? `${networkOf(address)}::/64` : address;
}

// Shortened addresses are written out first: 2001:db8::1 is 2001:db8:0:0:0:0:0:1.
function networkOf(address: string): string {
  const [head = [], tail] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const groups = [...head, ...zeros(8 - head.length - (tail?.length ?? 0)), ...(tail ?? [])];
  return groups.slice(0, 4).join(":");
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => "0");
}
