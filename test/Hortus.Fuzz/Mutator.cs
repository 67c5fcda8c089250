using System.Text;

namespace Hortus.Fuzz;

/// <summary>Changes requests, mostly so little that they get deep into the server, at times beyond recognition.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<FuzzRequest> corpus)
{
    private readonly JsonMutation json = new(random);

    /// <summary>The request with one to four changes.</summary>
    public FuzzRequest Mutate(FuzzRequest request)
    {
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            request = random.Next(20) switch
            {
                < 10 when request.Body.Length > 0 => request with { Body = json.Mutate(request.Body) ?? Bytes(request.Body) },
                < 12 when request.Body.Length > 0 => request with { Body = Bytes(request.Body) },
                12 => request with { Body = corpus[random.Next(corpus.Count)].Body },
                13 => request.With("Content-Type", Pick(Interesting.MediaTypes)),
                14 => request.With("Accept", Pick(Interesting.MediaTypes)),
                15 => request.With(Pick(Interesting.Headers), HeaderText(Pick(Interesting.Texts))),
                16 => random.Next(3) == 0 ? request with { Method = Pick(Interesting.Methods) } : request,
                17 => request with { Target = corpus[random.Next(corpus.Count)].Target },
                18 => request with { Target = WithPath(request.Target) },
                _ => request with { Target = WithParameter(request.Target) },
            };
        }

        return request;
    }

    private string WithParameter(string target)
    {
        var value = random.Next(3) switch
        {
            0 => Uri.EscapeDataString(Pick(Interesting.Texts)),
            1 => random.Next(100).ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => Pick(Interesting.Texts),
        };
        return $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Pick(Interesting.Parameters)}={Wire(value)}";
    }

    private string WithPath(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        var parts = path.Split('/').ToList();
        var at = random.Next(1, parts.Count);
        switch (random.Next(4))
        {
            case 0:
                parts.RemoveAt(at);
                break;
            case 1:
                parts.Insert(at, Wire(Pick(Interesting.Paths)));
                break;
            case 2:
                parts[at] += Uri.EscapeDataString(Pick(Interesting.Texts));
                break;
            default:
                parts[at] = Wire(Pick(Interesting.Paths));
                break;
        }

        return string.Join('/', parts) is { Length: > 0 } joined && joined[0] == '/' ? joined + query : "/" + query;
    }

    private byte[] Bytes(byte[] body)
    {
        var bytes = body.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    var other = corpus[random.Next(corpus.Count)].Body;
                    var from = random.Next(other.Length + 1);
                    bytes.InsertRange(at, other[from..random.Next(from, other.Length + 1)]);
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(Interesting.Tokens)));
                    break;
            }
        }

        return [.. bytes];
    }

    private string Pick(string[] values) => values[random.Next(values.Length)];

    // What a web server lets through in a request line: printable ASCII without blanks.
    private static string Wire(string text) =>
        string.Concat(text.Select(c => c is > ' ' and <= '~' and not '?' and not '#' ? c.ToString() : Uri.EscapeDataString(c.ToString())));

    private static string HeaderText(string text) => string.Concat(text.Where(c => c is >= ' ' and <= '~'));
}
