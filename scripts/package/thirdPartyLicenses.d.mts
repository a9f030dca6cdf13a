export function thirdPartyLicenses(files: readonly string[], rootDir: string): string;
