/** Whether a name can be shown on one line as what it is: no line ends, no controls, nothing that hides or reorders. */
export const isOneLine = (text: string): boolean =>
  !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(text);
