/** The PBX refused an action; the message is that of the PBX. */
export class AmiRefused extends Error {
  override readonly name = 'AmiRefused';
}
