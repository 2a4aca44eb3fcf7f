# Llama family: pre-norm blocks, rotary embeddings, grouped-query attention, SwiGLU.
# Touvron et al. 2023 (Llama); Jiang et al. 2023 (Mistral: window); Qwen2 2024 (biases on q, k, v);
# Qwen3 2025 (norms of q and k per head).
# shared: [embedding (V, D), final norm (D), output (V, D), inverse frequencies (size / 2)]
# block: [norm, q, k, v, o, norm, gate, up, down] + biases [q, k, v] + norms [q, k]

def norm(self, x: Tensor, gain: Tensor) -> Tensor:
    wide = torch.to(x, 6)
    scaled = wide * torch.rsqrt(torch.mean(wide * wide, [-1], True) + self.epsilon)
    return torch.to(scaled, self.dtype) * gain

# The two halves of a head are the real and imaginary parts of what is rotated.
def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = torch.chunk(x, 2, -1)
    return x * cos + torch.cat([-b, a], -1) * sin

def forward(self, shared: List[Tensor], blocks: List[List[Tensor]], windows: List[int], caches: List[List[Tensor]], ids: List[int], at: List[int], starts: List[int], counts: List[int], fed: List[Tensor], rows: List[int], layers_out: List[int]) -> Tuple[Tensor, List[Tensor]]:
    device = shared[0].device
    positions = torch.tensor(at, dtype=4, device=device)
    n = len(ids)
    h = torch.embedding(shared[0], torch.tensor(ids, dtype=4, device=device))
    angle = torch.to(positions, 6).unsqueeze(-1) * shared[3]
    angle = torch.cat([angle, angle], -1).unsqueeze(1)
    cos = torch.to(torch.cos(angle), self.dtype)
    sin = torch.to(torch.sin(angle), self.dtype)
    wide = self.seen_by(fed, positions, starts, counts, 0)
    narrow = wide
    outs = []
    picked = torch.tensor(rows, dtype=4, device=device)
    for l in range(self.layers):
        w = blocks[l]
        window = windows[l]
        seen = wide
        if window > 0:
            if narrow is wide:
                narrow = self.seen_by(fed, positions, starts, counts, window)
            seen = narrow
        x = self.norm(h, w[0])
        q = torch.linear(x, w[1])
        k = torch.linear(x, w[2])
        v = torch.linear(x, w[3])
        if self.qkv_bias:
            q = q + w[9]
            k = k + w[10]
            v = v + w[11]
        q = q.view([n, self.heads, self.head_size])
        k = k.view([n, self.kv_heads, self.head_size])
        v = v.view([n, self.kv_heads, self.head_size])
        if self.qk_norm:
            q = self.norm(q, w[12])
            k = self.norm(k, w[13])
        q = self.rotate(q, cos, sin)
        k = self.rotate(k, cos, sin)
        mixed = self.attend_all(caches, l, starts, counts, q, k, v, seen, window)
        h = h + torch.linear(mixed, w[4])
        x = self.norm(h, w[5])
        gate = torch.silu(torch.linear(x, w[6]))
        h = h + torch.linear(gate * torch.linear(x, w[7]), w[8])
        if l in layers_out:
            outs.append(torch.to(torch.index_select(h, 0, picked), 6))
    hidden = self.norm(torch.index_select(h, 0, picked), shared[1])
    outs.append(torch.to(hidden, 6))
    return (self.head(hidden, shared[2]), outs)
