/** Hands the reader a file. */

const LONG_ENOUGH = 60_000;

export function saveFile(file: Blob | null, name: string): void {
  if (!file) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads the file after the click, when it comes to it.
  setTimeout(() => URL.revokeObjectURL(link.href), LONG_ENOUGH);
}
