using System.Buffers.Binary;
using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operations;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Bastion that need no other object.</summary>
internal static class BastionValidator
{
    public static void Check(Bastion bastion, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Present(bastion.Spec.ShootRef.Name, path["shootRef"]["name"], errors, "shootRef.name must not be empty");
        if (bastion.Spec.SshPublicKey.Length == 0)
        {
            errors.Required(path["sshPublicKey"], "sshPublicKey must not be empty");
        }
        else if (!IsPublicKey(bastion.Spec.SshPublicKey))
        {
            errors.Invalid(
                path["sshPublicKey"], bastion.Spec.SshPublicKey, "must be a public key such as \"ssh-ed25519 AAAA... name\"");
        }

        if (bastion.Spec.Ingress.Count == 0)
        {
            errors.Required(path["ingress"], "ingress must not be empty");
        }

        for (var i = 0; i < bastion.Spec.Ingress.Count; i++)
        {
            Networks.Valid(bastion.Spec.Ingress[i].IpBlock.Cidr ?? "", path["ingress"][i]["ipBlock"]["cidr"], errors);
        }
    }

    public static void CheckChange(Bastion bastion, Bastion old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Unchanged(bastion.Spec.ShootRef.Name, old.Spec.ShootRef.Name, path["shootRef"]["name"], errors);
        Names.Unchanged(bastion.Spec.SeedName, old.Spec.SeedName, path["seedName"], errors, oncePresent: true);
        Names.Unchanged(bastion.Spec.ProviderType, old.Spec.ProviderType, path["providerType"], errors, oncePresent: true);
        Names.Unchanged(bastion.Spec.SshPublicKey, old.Spec.SshPublicKey, path["sshPublicKey"], errors);
    }

    // "type base64 comment"; the bytes begin with the length of the type and the type itself.
    private static bool IsPublicKey(string line)
    {
        if (line.Trim().Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is not [var type, var text, ..])
        {
            return false;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var count)
            && count > 4 + type.Length
            && BinaryPrimitives.ReadInt32BigEndian(bytes) == type.Length
            && Encoding.ASCII.GetString(bytes.AsSpan(4, type.Length)) == type;
    }
}
