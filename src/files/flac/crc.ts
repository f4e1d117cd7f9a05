/** Checksums of FLAC: of a frame's header (8 bits) and of a whole frame (16 bits). RFC 9639, sections 9.1.8 and 9.3. */

const CRC8 = crcTable(0x07, 8);
const CRC16 = crcTable(0x8005, 16);

/** Of `bytes[from … to)`. */
export function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = CRC8[crc ^ bytes[i]];
  return crc;
}

/** Of `bytes[from … to)`. */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]];
  return crc;
}

function crcTable(polynomial: number, bits: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8);
    for (let i = 0; i < 8; i++) crc = crc & (1 << (bits - 1)) ? (crc << 1) ^ polynomial : crc << 1;
    return crc & ((1 << bits) - 1);
  });
}
