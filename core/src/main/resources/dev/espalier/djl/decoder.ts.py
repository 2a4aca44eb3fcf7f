# Common to all decoders. One pass feeds several sequences: their tokens stand one after another in
# `ids` (N), so every linear layer runs once over all of them, and only attention goes sequence by
# sequence. A cache is a list [K of layer 0, V of layer 0, K of layer 1, ...], each tensor
# (1, kv heads, capacity, head size); it is grown and written in place.
# dtypes are numbers here: 4 int64, 6 float32, 11 bool, 15 bfloat16.

def new_cache(self, like: Tensor, capacity: int) -> List[Tensor]:
    cache = []
    for i in range(2 * self.layers):
        cache.append(torch.zeros([1, self.kv_heads, capacity, self.head_size], dtype=self.dtype, device=like.device))
    return cache

def copy_cache(self, cache: List[Tensor], length: int, capacity: int) -> List[Tensor]:
    copy = []
    for i in range(len(cache)):
        old = cache[i]
        new = torch.zeros([1, self.kv_heads, capacity, self.head_size], dtype=self.dtype, device=old.device)
        new[:, :, :length].copy_(old[:, :, :length])
        copy.append(new)
    return copy

def grow_cache(self, cache: List[Tensor], length: int, capacity: int) -> int:
    for i in range(len(cache)):  # one at a time: the old tensor goes before the next one comes
        old = cache[i]
        new = torch.zeros([1, self.kv_heads, capacity, self.head_size], dtype=self.dtype, device=old.device)
        new[:, :, :length].copy_(old[:, :, :length])
        cache[i] = new
    return capacity

def keep_in_cache(self, cache: List[Tensor], start: int, slots: List[int]) -> int:
    index = torch.tensor(slots, dtype=4, device=cache[0].device)
    for i in range(len(cache)):
        kept = torch.index_select(cache[i], 2, index)
        cache[i][:, :, start:start + len(slots)].copy_(kept)
    return start

# (T, start + T): which cached and fed positions each fed token attends to. `fed` is (T, T), or empty
# where the tokens simply follow one another. A window w hides what lies w or more positions back.
def visible(self, fed: Tensor, positions: Tensor, start: int, window: int) -> Tensor:
    t = positions.size(0)
    among = fed
    if fed.size(0) == 0:
        among = torch.tril(torch.ones([t, t], dtype=11, device=positions.device))
    before = torch.ones([t, start], dtype=11, device=positions.device)
    seen = torch.cat([before, among], 1)
    if window > 0:
        keys = torch.cat([torch.arange(start, dtype=4, device=positions.device), positions])
        seen = torch.logical_and(seen, positions.unsqueeze(1) - keys.unsqueeze(0) < window)
    return seen

# q (T, heads, size), k and v (T, kv heads, size) -> (T, heads * size). The heads of a group share
# their keys, so they stand as further queries of the key's head: no copy of K and V per head.
def attend(self, cache: List[Tensor], layer: int, start: int, q: Tensor, k: Tensor, v: Tensor, seen: Tensor, window: int) -> Tensor:
    t = q.size(0)
    end = start + t
    groups = self.heads // self.kv_heads
    keys = cache[2 * layer]
    values = cache[2 * layer + 1]
    keys[:, :, start:end].copy_(k.transpose(0, 1))
    values[:, :, start:end].copy_(v.transpose(0, 1))
    first = 0
    if t == 1 and window > 0 and seen.size(0) == 0:
        first = max(0, end - window)
    keys = keys[:, :, first:end]
    values = values[:, :, first:end]
    if t == 1 and seen.size(0) == 0:
        one = torch.scaled_dot_product_attention(q.reshape([1, self.kv_heads, groups, self.head_size]), keys, values)
        return one.reshape([1, self.heads * self.head_size])
    query = q.reshape([t, self.kv_heads, groups, self.head_size]).permute([1, 2, 0, 3]).reshape([1, self.kv_heads, groups * t, self.head_size])
    mask = seen.repeat([groups, 1]).unsqueeze(0).unsqueeze(0)
    out = torch.scaled_dot_product_attention(query, keys, values, mask)
    return out.reshape([self.kv_heads, groups, t, self.head_size]).permute([2, 0, 1, 3]).reshape([t, self.heads * self.head_size])

# Attention of one layer for all sequences. `starts` holds the cached lengths before this pass,
# `counts` the fed tokens of each sequence; `seen` is (T, start + T) for each, or empty.
def attend_all(self, caches: List[List[Tensor]], layer: int, starts: List[int], counts: List[int], q: Tensor, k: Tensor, v: Tensor, seen: List[Tensor], window: int) -> Tensor:
    if len(caches) == 1:
        return self.attend(caches[0], layer, starts[0], q, k, v, seen[0], window)
    parts = []
    row = 0
    for s in range(len(caches)):
        end = row + counts[s]
        parts.append(self.attend(caches[s], layer, starts[s], q[row:end], k[row:end], v[row:end], seen[s], window))
        row = end
    return torch.cat(parts)

def seen_by(self, fed: List[Tensor], positions: Tensor, starts: List[int], counts: List[int], window: int) -> List[Tensor]:
    seen = []
    row = 0
    for s in range(len(starts)):
        end = row + counts[s]
        if counts[s] == 1 and fed[s].size(0) == 0:
            seen.append(fed[s])
        else:
            seen.append(self.visible(fed[s], positions[row:end], starts[s], window))
        row = end
    return seen

# (N, V) float32 logits of some rows of the last hidden state.
def head(self, hidden: Tensor, output: Tensor) -> Tensor:
    return torch.to(torch.linear(hidden, output), 6)
