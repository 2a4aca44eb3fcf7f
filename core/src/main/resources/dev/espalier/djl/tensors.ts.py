# What loading needs and DJL's arrays lack: bfloat16, views of mapped files, filling by pieces.

def allocate(self, shape: List[int], dtype: int, like: Tensor) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=like.device)

# Converts as it copies; `values` is (rows, columns) of a target seen as (all rows, columns).
def fill(self, target: Tensor, row: int, values: Tensor) -> int:
    columns = values.size(1)
    target.view([-1, columns])[row:row + values.size(0)].copy_(values)
    return row

# The file as one flat tensor, mapped privately: pages come and go with the page cache.
def map_file(self, path: str, elements: int, dtype: int) -> Tensor:
    return torch.from_file(path, False, elements, dtype=dtype)

def window(self, file: Tensor, offset: int, shape: List[int], transpose: bool) -> Tensor:
    n = 1
    for d in shape:
        n = n * d
    piece = file[offset:offset + n].view(shape)
    if transpose:
        piece = torch.t(piece)
    return piece

def transpose(self, matrix: Tensor) -> Tensor:
    return torch.t(matrix)
