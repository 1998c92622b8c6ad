// The files floor: encrypted files on file servers. Nothing here knows what is in them.
export {
  createFileClient,
  type DownloadedFile,
  type FileClient,
  type FileClientDependencies,
  type TransferOptions,
  type TransferProgress,
  type UploadedFile
} from './client.ts';
export type { FileInfo } from './answers.ts';
export { FilesError, type FilesErrorCode } from './errors.ts';
export { isFileUrl, locateFile, pointerIdOf, type FileLocation } from './file-location.ts';
export { readInfo, readUploaded } from './answers.ts';
