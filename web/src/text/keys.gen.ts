// Written by build.mjs from text/ui.en.json. Do not edit.
export type UiKey = string & { readonly ui?: never };
