// HFS/1: forward-secret, hybrid post-quantum messages between accounts (v2-forward-secrecy-and-pq.md). Pure: times and randomness
// come in, nothing is fetched or kept.
export * from './announcement.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './group-bounds.ts';
export * from './group-merge.ts';
export * from './group-message.ts';
export * from './group-records.ts';
export * from './link-request.ts';
export * from './peers.ts';
export * from './profiles.ts';
export * from './rotating-keys.ts';
export * from './rotation.ts';
export * from './self.ts';
export * from './statement.ts';
export * from './upkeep.ts';
