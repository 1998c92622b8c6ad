// The config floor: the documents that the devices of one account share. Pure: no network, storage or clock.
export * from './config-message.ts';
export * from './diff.ts';
export * from './document.ts';
export * from './kinds.ts';
export * from './merge.ts';
export * from './padding.ts';
export * from './parts.ts';
export * from './stored-config.ts';
export * from './wrapper.ts';
export { decompressZstd, storeZstd } from './zstd.ts';
