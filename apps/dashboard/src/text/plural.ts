export const pluralEn = (count: number, one: string, many: string): string => (count === 1 ? one : many);

export const pluralPtBr = (count: number, one: string, many: string): string => (count < 2 ? one : many);
