/** Whether a name can be shown on one line as what it is: no line ends, no controls, nothing that hides or reorders. */
export const isOneLine = (text: string): boolean => !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
