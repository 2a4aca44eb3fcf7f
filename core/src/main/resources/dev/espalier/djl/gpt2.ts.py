# GPT-2 (Radford et al. 2019): learned positions, layer norms with biases, GELU by its tanh form.
# shared: [embedding (V, D), final norm, its bias, output (V, D), positions (P, D)]
# block: [norm, bias, qkv (3D, D), bias, o, bias, norm, bias, up (F, D), bias, down (D, F), bias]

def forward(self, shared: List[Tensor], blocks: List[List[Tensor]], windows: List[int], caches: List[List[Tensor]], ids: List[int], at: List[int], starts: List[int], counts: List[int], fed: List[Tensor], rows: List[int], layers_out: List[int]) -> Tuple[Tensor, List[Tensor]]:
    device = shared[0].device
    positions = torch.tensor(at, dtype=4, device=device)
    n = len(ids)
    width = self.heads * self.head_size
    h = torch.embedding(shared[0], torch.tensor(ids, dtype=4, device=device)) + torch.embedding(shared[4], positions)
    seen = self.seen_by(fed, positions, starts, counts, 0)
    outs = []
    picked = torch.tensor(rows, dtype=4, device=device)
    for l in range(self.layers):
        w = blocks[l]
        x = torch.layer_norm(h, [width], w[0], w[1], self.epsilon)
        qkv = torch.linear(x, w[2], w[3]).view([n, 3, self.heads, self.head_size])
        mixed = self.attend_all(caches, l, starts, counts, qkv[:, 0], qkv[:, 1], qkv[:, 2], seen, 0)
        h = h + torch.linear(mixed, w[4], w[5])
        x = torch.layer_norm(h, [width], w[6], w[7], self.epsilon)
        h = h + torch.linear(torch.gelu(torch.linear(x, w[8], w[9]), approximate="tanh"), w[10], w[11])
        if l in layers_out:
            outs.append(torch.to(torch.index_select(h, 0, picked), 6))
    hidden = torch.layer_norm(torch.index_select(h, 0, picked), [width], shared[1], shared[2], self.epsilon)
    outs.append(torch.to(hidden, 6))
    return (self.head(hidden, shared[3]), outs)
