// The few places where the bridge must look into PostgreSQL's own protocol (version 3.0) to play a
// fault; everything else passes through untouched.
const STARTUP_HEADER_BYTES = 8;

/** The error response, complete with its message header, that a client takes for PostgreSQL's. */
export function fatalError(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`);
  const header = Buffer.alloc(5, "E");
  header.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([header, fields]);
}

/** The client's first packet with one more setting, or null while it has not arrived whole. */
export function withStartupSetting(data: Buffer, name: string, value: string): Buffer | null {
  if (data.length < STARTUP_HEADER_BYTES) return null;
  const length = data.readInt32BE(0);
  if (data.length < length) return null;
  const setting = Buffer.from(`${name}\0${value}\0`);
  const end = length - 1;
  const packet = Buffer.concat([data.subarray(0, end), setting, data.subarray(end)]);
  packet.writeInt32BE(length + setting.length, 0);
  return packet;
}

/** A chunk of answers in which the refusal of a write has the code of a full disk instead. */
export function asDiskFull(data: Buffer): Buffer {
  // Codes have five characters, so that no message changes its length.
  return Buffer.from(data.toString("latin1").replaceAll("C25006\0", "C53100\0"), "latin1");
}
