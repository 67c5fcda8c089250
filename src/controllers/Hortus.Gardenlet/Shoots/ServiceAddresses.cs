using System.Net;

namespace Hortus.Gardenlet;

/// <summary>Well-known addresses inside a shoot's range of Services.</summary>
internal static class ServiceAddresses
{
    /// <summary>The n-th address of a range: 1 is <c>kubernetes.default</c>, 10 the cluster's DNS.</summary>
    /// <exception cref="ShootConfigurationException">The text is not a range.</exception>
    public static IPAddress At(string range, byte n)
    {
        if (!IPNetwork.TryParse(range, out var network))
        {
            throw new ShootConfigurationException(
                $"spec.networking.services: want a range such as 10.4.0.0/16, found \"{range}\"", retryable: false);
        }

        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += n;
        return new IPAddress(bytes);
    }
}
