import { stories } from '../testing/stories/index.ts';
import { playStory } from '../testing/story.ts';

describe.each(Object.entries(stories))('%s', (_theme, ofTheme) => {
  it.each(ofTheme.map((story) => [story.title, story] as const))('%s', (_title, story) => {
    const { board, visits, segments, totals } = story;
    expect(playStory(story)).toEqual({ board, visits, segments, totals });
  });
});
