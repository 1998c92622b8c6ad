// The product's name. It stands here and in no table of texts (ux.md).
export const APP_NAME = 'Onionskin';
