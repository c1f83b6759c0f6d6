/** Consecutive messages: each differs from the previous one in one volume in a hundred. */

export function changingLists(list: string): () => Buffer {
  const { data, ...envelope } = JSON.parse(list) as { data: Record<string, unknown>[] };
  const elements = data.map((volume) => JSON.stringify(volume));
  const tail = JSON.stringify(envelope).slice(1);
  let messages = 0;
  return () => {
    messages++;
    for (let index = messages % 100; index < data.length; index += 100) {
      elements[index] = JSON.stringify({
        ...data[index],
        lastBackup: `backup-${messages}`,
      });
    }
    return Buffer.from(`{"createTypes":{},"data":[${elements.join(',')}],${tail}\n`);
  };
}
