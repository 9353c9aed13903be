/**
 * The pair that follows a refresh token is derived from it with the hub's secret. So a repeated request gets the same
 * pair although the hub keeps no token, and nobody without the secret can foresee a successor.
 */
interface Succession {
  readonly access: string;
  readonly refresh: string;
}

export const succeed = (derive: (text: string) => string, refreshToken: string): Succession => ({
  access: derive(`access\n${refreshToken}`),
  refresh: derive(`refresh\n${refreshToken}`),
});
