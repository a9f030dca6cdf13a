/** Whom to ask, and as whom. */
export interface AnthropicOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly defaultModel: string;
}
