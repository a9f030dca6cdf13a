import * as z from 'zod';

/** Dollars for a million tokens; cached tokens have prices of their own. */
const tokenPrices = {
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
};

/** The prices of one model; `steps` hold for requests whose prompt, cached parts included, is longer. */
export const ModelPrice = z.object({
  ...tokenPrices,
  steps: z
    .array(z.object({ ...tokenPrices, overPromptTokens: z.number().int().positive() }))
    .optional(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** Prices by model id. What the user gives comes before the table of the product. */
export const PriceTable = z.record(z.string(), ModelPrice);
export type PriceTable = z.infer<typeof PriceTable>;
