using System.Net;
using System.Numerics;

namespace Hortus.Kubelet.Network;

/// <summary>Gives out addresses and remembers on disk who has which, so that a restart changes none.</summary>
internal sealed class AddressPool(string rootDirectory)
{
    /// <summary>First addresses of a range that no pod gets: the network's own and the node's.</summary>
    private const int Reserved = 2;
    private readonly string folder = Path.Combine(rootDirectory, "network", "pods");
    private readonly Dictionary<IPNetwork, BigInteger> last = [];
    private readonly Lock gate = new();

    /// <summary>The owner's address in a range; a new one is taken after the one given last, so that addresses are not
    /// used again at once.</summary>
    /// <exception cref="KubeletException">The range is used up.</exception>
    public IPAddress Take(IPNetwork range, string owner)
    {
        lock (gate)
        {
            Directory.CreateDirectory(folder);
            var taken = Directory.EnumerateFiles(folder)
                .Select(f => (Address: IPAddress.Parse(Path.GetFileName(f)), Owner: File.ReadAllText(f)))
                .Where(e => range.Contains(e.Address))
                .ToDictionary(e => e.Address, e => e.Owner);
            if (taken.FirstOrDefault(e => e.Value == owner).Key is { } own)
            {
                return own;
            }

            var bits = (range.BaseAddress.GetAddressBytes().Length * 8) - range.PrefixLength;
            var size = BigInteger.One << Math.Min(bits, 64);
            var usable = size - Reserved - (bits is > 1 and <= 32 ? 1 : 0);
            var start = last.GetValueOrDefault(range, -1);
            for (BigInteger tried = 0; tried < usable && tried <= taken.Count; tried++)
            {
                var index = (start + 1 + tried) % usable;
                var address = At(range, index + Reserved);
                if (!taken.ContainsKey(address))
                {
                    File.WriteAllText(Path.Combine(folder, address.ToString()), owner);
                    last[range] = index;
                    return address;
                }
            }

            throw new KubeletException($"no free address in {range}: {taken.Count} pods have one");
        }
    }

    /// <summary>Gives all addresses of an owner back.</summary>
    public void Release(string owner)
    {
        lock (gate)
        {
            foreach (var file in Files().Where(f => File.ReadAllText(f) == owner).ToList())
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>All addresses in use.</summary>
    public IReadOnlyList<IPAddress> List()
    {
        lock (gate)
        {
            return [.. Files().Select(f => IPAddress.Parse(Path.GetFileName(f)))];
        }
    }

    private IEnumerable<string> Files() => Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [];

    private static IPAddress At(IPNetwork range, BigInteger index)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        var value = new BigInteger(bytes, isUnsigned: true, isBigEndian: true) + index;
        var result = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return new IPAddress([.. new byte[bytes.Length - result.Length], .. result]);
    }
}
